import { parseTime } from '@typernetes/machinery';
import { parseLogLine } from './cri-log-line';
import type { LogRequest } from './log-request';

/** Turns lines of a log file into what the caller wants to see; counts bytes against its limit. */
export class LogFilter {
  private left: number;
  private readonly inLine = { stdout: false, stderr: false };

  constructor(private readonly request: LogRequest) {
    this.left = request.limitBytes ?? Infinity;
  }

  get isFull(): boolean {
    return this.left <= 0;
  }

  /** Empty for a line that is not wanted. */
  take(line: string): Buffer {
    const parsed = parseLogLine(line);
    const { stream, sinceMs, timestamps } = this.request;
    if (!parsed || (stream && stream !== parsed.stream)) return Buffer.alloc(0);
    if (sinceMs !== undefined && (parseTime(parsed.time) ?? Infinity) < sinceMs) return Buffer.alloc(0);
    const stamp = timestamps && !this.inLine[parsed.stream] ? `${parsed.time} ` : '';
    this.inLine[parsed.stream] = parsed.partial;
    const bytes = Buffer.from(`${stamp}${parsed.text}${parsed.partial ? '' : '\n'}`).subarray(0, this.left);
    this.left -= bytes.length;
    return bytes;
  }
}
