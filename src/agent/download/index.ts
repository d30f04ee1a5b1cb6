export type { DownloadFailureCode } from './download-failure.js';
export { Downloads, type VersionRequest, type VersionResult } from './downloads.js';
export type { DownloadState, Progress } from './progress.js';
export { DOWNLOAD_SETTINGS, type DownloadSettings } from './settings.js';
export type { Sources } from './tools.js';
