/** Why a part of what another member wrote is not used. */
export type RejectionReason =
  | 'NameMalformed'
  | 'LabelsDisagree'
  | 'UnknownMember'
  | 'NamespaceRefused'
  | 'AddressInvalid'
  | 'AddressSpecial'
  | 'AddressNotGranted'
  | 'AddressContested'
  | 'KeyContested'
  | 'PortInvalid'
  | 'FieldInvalid'
  | 'QuotaExceeded';

/** A record, or a part of it, that an importer does not accept. Reported, never thrown. */
export interface Rejection {
  /** Kind and name on the broker. */
  readonly object: string;
  readonly reason: RejectionReason;
  readonly message: string;
}

/** The accepted part, undefined where the whole object is refused, with everything that was refused. */
export interface Screened<T> {
  readonly accepted: T | undefined;
  readonly rejections: readonly Rejection[];
}

export function refuse(object: string, reason: RejectionReason, message: string): { accepted: undefined; rejections: Rejection[] } {
  return { accepted: undefined, rejections: [{ object, reason, message }] };
}
