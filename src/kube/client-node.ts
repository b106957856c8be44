/**
 * The one part of the client library that is used. Imported through here, a bundle holds that part
 * only (1.5 instead of 4.2 MB): a dynamic import of the package itself would keep all of it.
 */
export { KubeConfig } from '@kubernetes/client-node';
