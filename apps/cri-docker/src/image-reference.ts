/** Splits `[registry/]name[:tag][@digest]`. Without tag and digest the tag is `latest`: Docker would else pull all tags. */
export function parseImageReference(image: string): { repository: string; tag: string } {
  const at = image.indexOf('@');
  if (at >= 0) return { repository: image.slice(0, at).replace(/:[^:/]+$/, ''), tag: image.slice(at + 1) };
  const colon = image.lastIndexOf(':');
  if (colon > image.lastIndexOf('/')) return { repository: image.slice(0, colon), tag: image.slice(colon + 1) };
  return { repository: image, tag: 'latest' };
}

/** `user`, `uid`, `user:group` or `uid:gid` of an image, as CRI tells it: a number or else a name. */
export function imageUser(user: string): { uid?: bigint; username?: string } {
  const [name = ''] = user.split(':');
  if (name === '') return {};
  return /^\d+$/.test(name) ? { uid: BigInt(name) } : { username: name };
}
