import { MIRROR_SLICE_MANAGER, SERVICE_NAME, SLICE_MANAGED_BY } from '../../api/labels.ts';
import type { EndpointSlice } from '../../api/types/index.ts';
import type { Desired } from '../../sync/plan.ts';
import type { EndpointGroup, SyncRecord } from '../../sync/record.ts';
import { toEndpoint, toImportPort } from '../../sync/service/broker-objects.ts';
import { importedSliceName } from '../../sync/service/imported-names.ts';
import type { MirrorContext } from './mirror-context.ts';
import { mirrorMetadata } from './mirror-metadata.ts';

/** Slices of a mirror, one for each of the source's; none for an ExternalName Service. */
export function toMirrorSlices(record: SyncRecord, context: MirrorContext): Desired<EndpointSlice>[] {
  return record.groups.map((group) => toMirrorSlice(record, group, context));
}

function toMirrorSlice(record: SyncRecord, group: EndpointGroup, context: MirrorContext): Desired<EndpointSlice> {
  const { metadata, absent } = mirrorMetadata(record, context, {
    name: mirrorSliceName(record, group, context),
    originUid: group.uid,
    copied: {},
    labels: { [SERVICE_NAME]: context.target.name, [SLICE_MANAGED_BY]: MIRROR_SLICE_MANAGER },
  });
  return { object: { metadata, addressType: group.family, ports: group.ports.map(toImportPort), endpoints: group.endpoints.map(toEndpoint) }, absent };
}

/**
 * Where names are mapped, slices of one name may come together in a namespace: those of several
 * namespaces of the source, or of one Service that two mirrors give two names. The two labels that
 * tell them apart follow dots, so slices with dots of their own always get them: no two can meet.
 */
function mirrorSliceName({ origin }: SyncRecord, { name }: EndpointGroup, { target }: MirrorContext): string {
  const isPlain = origin.namespace === target.namespace && origin.name === target.name && !name.includes('.');
  return importedSliceName(isPlain ? name : `${name}.${origin.namespace}.${target.name}`, origin.cluster);
}
