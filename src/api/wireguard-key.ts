/**
 * A key as `wg` has it: 32 bytes in base64. The last character before the padding stands for four
 * bits only, so one of sixteen: `wg` refuses any other.
 */
export const WIREGUARD_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
