import type { Browser } from './chromium.ts';

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme?: 'light' | 'dark';
  readonly media?: 'screen' | 'print';
  /** Pixels of the picture for each of the page. */
  readonly scale?: number;
}

export interface AccessibleNode {
  readonly nodeId: string;
  readonly parentId?: string;
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value?: unknown } }[];
}

/** One tab, and what went on in it. */
export interface Page {
  /** Addresses of all that was asked for, the page itself and what its policy then stopped among them. */
  readonly requests: readonly string[];
  /** Addresses of what came. */
  readonly responses: readonly string[];
  /** What the page or the browser complained of. */
  readonly complaints: readonly string[];
  look(look: Look): Promise<void>;
  open(url: string): Promise<void>;
  /** The value of an expression; a promise is awaited. */
  evaluate<Value>(expression: string): Promise<Value>;
  pressTab(): Promise<void>;
  /** PNG of what the window shows, or with `isWhole` of the whole page. */
  screenshot(isWhole?: boolean): Promise<Buffer>;
  printToPdf(): Promise<Buffer>;
  accessibilityTree(): Promise<readonly AccessibleNode[]>;
}

interface Entry {
  readonly entry: { readonly level: string; readonly text: string };
}

/** Opens a tab. `withScript: false` turns the scripts of pages off. */
export async function openPage({ devTools }: Browser, { withScript = true }: { readonly withScript?: boolean } = {}): Promise<Page> {
  const { targetId } = await devTools.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await devTools.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
  const send = <Result>(method: string, params: object = {}): Promise<Result> => devTools.send<Result>(method, params, sessionId);
  const requests: string[] = [];
  const responses: string[] = [];
  const complaints: string[] = [];
  devTools.on('Network.requestWillBeSent', sessionId, ({ request }: { request: { url: string } }) => requests.push(request.url));
  devTools.on('Network.responseReceived', sessionId, ({ response }: { response: { url: string } }) => responses.push(response.url));
  devTools.on('Log.entryAdded', sessionId, ({ entry }: Entry) => complaints.push(`${entry.level}: ${entry.text}`));
  devTools.on('Runtime.consoleAPICalled', sessionId, ({ type }: { type: string }) => complaints.push(`console.${type}`));
  devTools.on('Runtime.exceptionThrown', sessionId, ({ exceptionDetails }: { exceptionDetails: { text: string } }) => complaints.push(exceptionDetails.text));
  for (const domain of ['Page', 'Network', 'Log', 'Runtime', 'Accessibility']) await send(`${domain}.enable`);
  await send('Emulation.setScriptExecutionDisabled', { value: !withScript });
  return {
    requests,
    responses,
    complaints,
    look: async ({ height, media = 'screen', scale = 1, scheme = 'light', width }) => {
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: scale, mobile: false });
      await send('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: scheme }] });
    },
    open: async (url) => {
      const loaded = new Promise<void>((resolve) => { devTools.on('Page.loadEventFired', sessionId, () => { resolve(); }); });
      await send('Page.navigate', { url });
      await loaded;
    },
    evaluate: async <Value>(expression: string) => {
      const { exceptionDetails, result } = await send<{ result: { value: Value }; exceptionDetails?: { text: string } }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
      if (exceptionDetails !== undefined) throw new Error(`${exceptionDetails.text}: ${expression}`);
      return result.value;
    },
    pressTab: async () => {
      const key = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 };
      await send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    },
    screenshot: async (isWhole = false) => Buffer.from((await send<{ data: string }>('Page.captureScreenshot', { format: 'png', captureBeyondViewport: isWhole })).data, 'base64'),
    printToPdf: async () => Buffer.from((await send<{ data: string }>('Page.printToPDF', { printBackground: true, preferCSSPageSize: true })).data, 'base64'),
    accessibilityTree: async () => (await send<{ nodes: readonly AccessibleNode[] }>('Accessibility.getFullAXTree')).nodes,
  };
}
