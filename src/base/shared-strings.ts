/** Most different texts that are remembered; what is common comes back soon after they are forgotten. */
const MAX_KNOWN = 4_096;

/**
 * Gives one copy of equal texts. Parsed JSON has a copy for each place where a text stands, which is
 * a large part of the memory of many objects that are alike.
 */
export function createStringSharing(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const standing = known.get(text);
    if (standing !== undefined) return standing;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, text);
    return text;
  };
}
