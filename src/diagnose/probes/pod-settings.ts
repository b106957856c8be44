/** How pods of ours are run to test something from where pods stand. */
export interface PodSettings {
  /** Sets pods of this run apart from others: lower-case letters and digits. */
  readonly runID: string;
  /** For pulling the image and starting a pod, ms. */
  readonly startMs: number;
  /** For each question and each connection of the pod, ms. */
  readonly tryMs: number;
  readonly progress: (text: string) => void;
  /** Aborts when nobody can wait any longer: a pod that has not answered by then is left out, and is no fault. */
  readonly enough?: AbortSignal;
}
