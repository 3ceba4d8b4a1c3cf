/** A store's directory is somebody else's, or what is in it can't be read. The message names it, for whoever chose it. */
export class UnusableDirectoryError extends Error {
  override readonly name = 'UnusableDirectoryError';
}
