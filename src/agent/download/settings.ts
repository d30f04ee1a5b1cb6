/** How downloads go. */
export interface DownloadSettings {
  /** Files are asked for in parts of this size, in bytes. */
  readonly partBytes: number;
  /** Parts that are asked for at once, of all files together. */
  readonly parts: number;
  /** Files that are worked on at once. */
  readonly files: number;
  /** How often in a row a part may bring nothing before the download is given up. */
  readonly tries: number;
  /** Before another try: this long, twice as long each time, at most `capMs`; in milliseconds. */
  readonly baseMs: number;
  readonly capMs: number;
  /** How often a file is fetched anew after its bytes were wrong. */
  readonly retriesWhenWrong: number;
  /** How often progress is told, at most; in milliseconds. */
  readonly tellEveryMs: number;
}

export const DOWNLOAD_SETTINGS: DownloadSettings = {
  partBytes: 16 * 1024 * 1024,
  parts: 8,
  files: 4,
  tries: 6,
  baseMs: 250,
  capMs: 15_000,
  retriesWhenWrong: 2,
  tellEveryMs: 500,
};
