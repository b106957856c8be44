import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the YAML templates come from. */
export interface TemplateSource {
  /** Text of a template, `member/dns.yaml` say. */
  read(name: string): Promise<string>;
  /** Names of the templates of a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
}

/** Templates of a directory: `templates/` of the package. */
export function templatesIn(directory: string): TemplateSource {
  return {
    read: (name) => readFile(join(directory, name), 'utf8'),
    list: async (folder) => {
      const names = await readdir(join(directory, folder));
      return names.filter((name) => name.endsWith('.yaml')).sort().map((name) => `${folder}/${name}`);
    },
  };
}
