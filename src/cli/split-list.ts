/** Values of a flag that takes several, separated by commas. */
export function splitList(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((item) => item.trim()).filter((item) => item !== '');
}
