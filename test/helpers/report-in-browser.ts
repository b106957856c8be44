import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderReport } from '../../src/cli/report/render-report.ts';
import type { ReportPage } from '../../src/cli/report/report-page.ts';
import { type Browser, findChromium, launchChromium } from '../../tools/browser/chromium.ts';
import { type Look, openPage, type Page } from '../../tools/browser/page.ts';

/** The browser, if there is one. On a build server that is a fault, elsewhere the tests are skipped. */
export const chromium = findChromium();
export const isRequired = process.env.CI === 'true';

export const WIDE: Look = { width: 1280, height: 900 };
export const NARROW: Look = { width: 320, height: 700 };

/** A browser that shows pages of reports from files, as a reader opens them. */
export class ReportBrowser {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'mcs-pages-'));
  #count = 0;

  constructor(program: string) {
    this.#browser = launchChromium(program);
  }

  async show(report: ReportPage, look: Look = WIDE, options?: { readonly withScript?: boolean }): Promise<Page> {
    this.#count += 1;
    const file = join(this.#folder, `${this.#count}.html`);
    writeFileSync(file, renderReport(report));
    const page = await openPage(this.#browser, options);
    await page.look(look);
    await page.open(pathToFileURL(file).href);
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
