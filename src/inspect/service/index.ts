export { diffService } from './diff-service.ts';
export { readServiceView } from './read-service-view.ts';
export { requireKnown } from './exporters.ts';
