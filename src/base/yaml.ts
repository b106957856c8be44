// yaml is CommonJS: imported dynamically from a bundle it has no named exports, this module has
export { parse, stringify } from 'yaml';
