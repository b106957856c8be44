/** metav1.MicroTime, which API servers parse with exactly six digits of fraction. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
