import type { Answer, DecodedPacket, Packet, Question } from 'dns-packet';
import * as dnsPacket from 'dns-packet';
import type { DnsRecord } from '../zone/records';

/** RFC 1035 section 4.1.1 and RFC 2136. */
export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

export type Rcode = keyof typeof rcodes;

/** A well-formed query with exactly one question. */
export interface Query {
  id: number;
  question: Question;
  recursionDesired: boolean;
  /** The client's EDNS0 payload size; undefined when it did not speak EDNS0. */
  ednsPayloadBytes?: number;
}

export interface Reply {
  rcode: Rcode;
  answers: DnsRecord[];
  authorities: DnsRecord[];
  additionals: DnsRecord[];
  authoritative: boolean;
}

export type ParsedQuery = { ok: true; query: Query } | { ok: false; reply?: Buffer };

const queryResponseBit = 0x8000;
const opcodeMask = 0x7800;

/** Reads a query; what is wrong with it comes back as the reply to send, if one can be sent at all. */
export function parseQuery(message: Buffer): ParsedQuery {
  if (message.length < 12) return { ok: false };
  const id = message.readUInt16BE(0);
  const flags = message.readUInt16BE(2);
  // Answering an answer would let two servers talk to each other for ever.
  if (flags & queryResponseBit) return { ok: false };
  if (flags & opcodeMask) return { ok: false, reply: headerOnly(id, flags, 'NOTIMP') };
  let decoded: DecodedPacket;
  try {
    decoded = dnsPacket.decode(message);
  } catch {
    // dns-packet throws plain errors on whatever it cannot read; all of them are the client's format error.
    return { ok: false, reply: headerOnly(id, flags, 'FORMERR') };
  }
  const [question, ...more] = decoded.questions ?? [];
  if (!question || more.length) return { ok: false, reply: headerOnly(id, flags, 'FORMERR') };
  const edns = decoded.additionals?.find((record) => record.type === 'OPT');
  return {
    ok: true,
    query: {
      id,
      question,
      recursionDesired: (flags & dnsPacket.RECURSION_DESIRED) !== 0,
      ednsPayloadBytes: edns && 'udpPayloadSize' in edns ? edns.udpPayloadSize : undefined,
    },
  };
}

function headerOnly(id: number, requestFlags: number, rcode: Rcode): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  const kept = requestFlags & (opcodeMask | dnsPacket.RECURSION_DESIRED);
  header.writeUInt16BE(queryResponseBit | kept | rcodes[rcode], 2);
  return header;
}

/** Encodes a reply, leaving out what does not fit and saying so (TC), so that the client asks again by TCP. */
export function encodeReply(query: Query, reply: Reply, bytesMax: number, recursionAvailable: boolean): Buffer {
  const full = encode(query, reply, recursionAvailable, false);
  if (full.length <= bytesMax) return full;
  const bare = { ...reply, additionals: [] };
  const withoutAdditionals = encode(query, bare, recursionAvailable, false);
  if (withoutAdditionals.length <= bytesMax) return withoutAdditionals;
  return encode(query, { ...bare, answers: [], authorities: [] }, recursionAvailable, true);
}

function encode(query: Query, reply: Reply, recursionAvailable: boolean, truncated: boolean): Buffer {
  const flags =
    rcodes[reply.rcode] |
    (reply.authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : 0) |
    (query.recursionDesired ? dnsPacket.RECURSION_DESIRED : 0) |
    (recursionAvailable ? dnsPacket.RECURSION_AVAILABLE : 0) |
    (truncated ? dnsPacket.TRUNCATED_RESPONSE : 0);
  const additionals: Answer[] = [...reply.additionals];
  const packet: Packet = {
    type: 'response',
    id: query.id,
    flags,
    questions: [query.question],
    answers: reply.answers,
    authorities: reply.authorities,
    additionals: query.ednsPayloadBytes === undefined ? additionals : [...additionals, optRecord],
  };
  return dnsPacket.encode(packet);
}

const optRecord: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

/** Makes a cached reply the reply to another query for the same question: the id and the RD bit are all that differ. */
export function readdressReply(reply: Buffer, query: Query): Buffer {
  const copy = Buffer.from(reply);
  copy.writeUInt16BE(query.id, 0);
  const flags = copy.readUInt16BE(2) & ~dnsPacket.RECURSION_DESIRED;
  copy.writeUInt16BE(query.recursionDesired ? flags | dnsPacket.RECURSION_DESIRED : flags, 2);
  return copy;
}
