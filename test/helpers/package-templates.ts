import { templatesIn } from '../../src/deployers/templates.ts';

/** The templates of this clone. */
export const packageTemplates = templatesIn(new URL('../../templates', import.meta.url).pathname);
