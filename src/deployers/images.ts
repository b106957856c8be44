import { McsError } from '../base/errors.ts';

/** Parts that run from an image, as `--image-override` names them. */
export const IMAGE_COMPONENTS = ['mcs-desk', 'mcs-controller', 'mcs-dns', 'mcs-gateway', 'mcs-mirror', 'mcs-emitter', 'xcc-dns-controller', 'dns-server', 'dns-config-patcher', 'mcs-hub'] as const;
export type ImageComponent = (typeof IMAGE_COMPONENTS)[number];

export const PULL_POLICIES = ['IfNotPresent', 'Always', 'Never'] as const;
export type PullPolicy = (typeof PULL_POLICIES)[number];

/** Which images to run; everything has a default. */
export interface ImageOptions {
  /** Replaces `localhost`. */
  readonly repository?: string;
  /** Tag; the version of the package by default. */
  readonly version?: string;
  readonly overrides?: Readonly<Partial<Record<ImageComponent, string>>>;
  readonly pullPolicy?: PullPolicy;
}

/** Parses values of `--image-override component=image`. Throws MCS_USAGE. */
export function parseImageOverrides(values: readonly string[]): Partial<Record<ImageComponent, string>> {
  const overrides: Partial<Record<ImageComponent, string>> = {};
  for (const text of values) {
    const at = text.indexOf('=');
    const component = IMAGE_COMPONENTS.find((name) => name === text.slice(0, at));
    const image = text.slice(at + 1);
    if (at < 1 || component === undefined || image === '') {
      throw new McsError('MCS_USAGE', `Cannot use --image-override "${text}": it is not <component>=<image>`, {
        hints: IMAGE_COMPONENTS.map((name) => `--image-override ${name}=registry.example/mcs:1.0`),
      });
    }
    overrides[component] = image;
  }
  return overrides;
}

/** The image of a part: its override, else `<repository>/mcs:<version>`. */
export function imageOf(component: ImageComponent, options: ImageOptions, packageVersion: string): string {
  const { repository = 'localhost', version = packageVersion, overrides = {} } = options;
  return overrides[component] ?? `${repository.replace(/\/+$/, '')}/mcs:${version}`;
}

/** Template variables of a part's container. */
export function imageVars(component: ImageComponent, options: ImageOptions, packageVersion: string): { image: string; imagePullPolicy: PullPolicy; imageOptions: string } {
  return { image: imageOf(component, options, packageVersion), imagePullPolicy: options.pullPolicy ?? 'IfNotPresent', imageOptions: JSON.stringify(options) };
}
