/** Something that was looked into, or why it was not: then nothing is known, which is not to say that anything is wrong. */
export type Looked<Found> = { readonly found: Found } | { readonly reason: string };
