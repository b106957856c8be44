import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReportPage } from '../../src/cli/report/report-page.ts';
import type { AccessibleNode, Page } from '../../tools/browser/page.ts';
import { chromium, isRequired, NARROW, ReportBrowser, WIDE } from '../helpers/report-in-browser.ts';
import { healthyPage, hostilePage, largePage, samplePage } from '../helpers/report-pages.ts';

const PAGES: readonly (readonly [string, () => ReportPage])[] = [['with faults', samplePage], ['in which all is well', healthyPage], ['of hostile clusters', hostilePage], ['of 30 clusters', () => largePage(30, (from, to) => from === 3 || to === 7)]];

/** What a reader can do something with, as the browser sees it. */
const INTERACTIVE = "[...document.querySelectorAll('a[href],button,summary,[tabindex=\"0\"]')]";
/** Roles that must have a name to be of use. */
const NAMED = ['link', 'button', 'table', 'region', 'navigation', 'heading', 'image', 'article', 'DisclosureTriangle'];

if (chromium === undefined && !isRequired) process.stderr.write('Skipped: test/browser, because there is no chromium (Debian: apt-get install chromium)\n');
const describeInBrowser = chromium === undefined && !isRequired ? describe.skip : describe;

describeInBrowser('the page of diagnose, in a browser', () => {
  let browser: ReportBrowser;
  beforeAll(() => {
    if (chromium === undefined) throw new Error('there is no chromium, and CI=true wants one');
    browser = new ReportBrowser(chromium);
  });
  afterAll(() => browser.close());

  describe.each(PAGES)('%s', (_name, make) => {
    it('asks for nothing but itself, and nobody complains', async () => {
      const page = await browser.show(make());
      // a request that a script, an image or a style makes late would be there by then
      await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)))");
      expect(page.requests.filter((url) => !url.startsWith('data:'))).toEqual([await page.evaluate('location.href')]);
      expect(page.complaints).toEqual([]);
      expect(await page.evaluate('document.title')).toMatch(/^(One fault|No fault|\d+ faults) found: mcs diagnose$/);
    });

    it.each([NARROW, WIDE])('never scrolls sideways as a whole, at %j', async (look) => {
      const page = await browser.show(make(), look);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
    });

    it('leads the Tab key through all that can be used, in order, and shows where it is', async () => {
      const page = await browser.show(make());
      const expected = await page.evaluate<number>(`window.all = ${INTERACTIVE}.filter((one) => one.checkVisibility({ contentVisibilityAuto: true })), all.length`);
      const seen: number[] = [];
      for (let step = 0; step < expected; step += 1) {
        await page.pressTab();
        const { index, hasOutline } = await page.evaluate<{ index: number; hasOutline: boolean }>("(({ outlineStyle, outlineWidth }) => ({ index: all.indexOf(document.activeElement), hasOutline: outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2 }))(getComputedStyle(document.activeElement))");
        seen.push(index);
        expect(hasOutline).toBe(true);
      }
      expect(seen).toEqual(Array.from({ length: expected }, (_, index) => index));
    });

    it('has a name for everything, headings in steps, and tables with headers', async () => {
      const page = await browser.show(make());
      const tree = (await page.accessibilityTree()).filter(({ ignored }) => !ignored);
      const unnamed = tree.filter(({ name, role }) => NAMED.includes(role?.value ?? '') && (name?.value ?? '').trim() === '');
      expect(unnamed).toEqual([]);
      expect(landmarks(tree)).toEqual(expect.arrayContaining(['banner', 'contentinfo', 'main', 'navigation']));
      const levels = tree.filter(({ role }) => role?.value === 'heading').map(({ properties = [] }) => Number(properties.find(({ name }) => name === 'level')?.value.value));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      for (const [index, level] of levels.entries()) expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
      expect(rolesOf(tree)).toEqual(expect.arrayContaining(['table', 'columnheader', 'rowheader', 'cell']));
    });

    it('has text that stands out from what is behind it, light and dark', async () => {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await browser.show(make(), { ...WIDE, scheme });
        expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
      }
    });
  });

  it('is light or dark as the reader is', async () => {
    const pictures = await Promise.all((['light', 'dark'] as const).map(async (scheme) => {
      const page = await browser.show(samplePage(), { ...WIDE, scheme });
      return { background: await page.evaluate('getComputedStyle(document.body).backgroundColor'), picture: (await page.screenshot()).toString('base64') };
    }));
    expect(pictures.map(({ background }) => background)).toEqual(['rgb(253, 252, 250)', 'rgb(23, 25, 28)']);
    expect(pictures[0]?.picture).not.toBe(pictures[1]?.picture);
  });

  it('opens what is folded up for print, on paper that is white', async () => {
    const page = await browser.show(samplePage(), { ...WIDE, scheme: 'dark', media: 'print' });
    expect(await page.evaluate("[...document.querySelectorAll('.checks tr')].filter((row) => !row.checkVisibility({ contentVisibilityAuto: true })).length")).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate("getComputedStyle(document.querySelector('nav')).display")).toBe('none');
    const pdf = await page.printToPdf();
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type ?\/Page\b/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('is the same page without scripts, but for the buttons that copy', async () => {
    const [withScript, without] = [await browser.show(samplePage()), await browser.show(samplePage(), WIDE, { withScript: false })];
    const count = (page: Page, role: string): Promise<number> => page.accessibilityTree().then((tree) => tree.filter((node) => node.role?.value === role).length);
    expect(await count(withScript, 'button')).toBe(2);
    expect(await count(without, 'button')).toBe(0);
    expect(await count(without, 'heading')).toBe(await count(withScript, 'heading'));
    expect(without.complaints).toEqual([]);
  });

  it('lets nothing that slipped in run or load', async () => {
    const page = await browser.show(samplePage());
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="http://192.0.2.1/x.png" onerror="document.title = 1"><p style="color:red">'); document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = 2' }))`);
    await page.evaluate('fetch("http://192.0.2.1/x").catch(() => undefined)');
    expect(await page.evaluate('document.title')).toBe('One fault found: mcs diagnose');
    expect(page.complaints.join()).toMatch(/Content Security Policy/);
    expect(page.responses.filter((url) => url.startsWith('http'))).toEqual([]);
  });
});

const rolesOf = (tree: readonly AccessibleNode[]): readonly string[] => tree.map(({ role }) => role?.value ?? '');
const landmarks = (tree: readonly AccessibleNode[]): readonly string[] => rolesOf(tree).filter((role) => ['banner', 'contentinfo', 'main', 'navigation'].includes(role));

/** Texts whose contrast is below WCAG's 4.5, with the ratio. Colours here are opaque, so the nearest background counts. */
const LOW_CONTRAST = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => { const [r, g, b] = channels(color).map((value) => { const share = value / 255; return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (element) => { for (let at = element; at !== null; at = at.parentElement) { const color = getComputedStyle(at).backgroundColor; if (channels(color)[3] !== 0) return color; } return 'rgb(255, 255, 255)'; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const low = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() === '' || element.closest('script,style,title,desc') !== null) continue;
    const style = getComputedStyle(element);
    const color = element.closest('svg') === null ? style.color : style.fill;
    const [light, dark] = [luminance(color), luminance(behind(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) low.add(element.tagName + '.' + element.className + ' ' + color + ': ' + ratio.toFixed(2));
  }
  return [...low];
})()`;
