/** Go's words for what goes wrong on the way, which users know from events. */
export function dialErrorText(error: NodeJS.ErrnoException, target: string): string {
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    EHOSTUNREACH: 'no route to host',
    ENETUNREACH: 'network is unreachable',
    ETIMEDOUT: 'connection timed out',
  };
  const reason = reasons[error.code ?? ''];
  if (reason) return `dial tcp ${target}: connect: ${reason}`;
  return error.code === 'ECONNRESET' ? `read tcp ${target}: read: connection reset by peer` : error.message;
}
