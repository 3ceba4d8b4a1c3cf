import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { DecodedPacket, RecordType } from 'dns-packet';
import * as dnsPacket from 'dns-packet';
import type { Clock } from '@typernetes/machinery';
import { forwardTimeoutMs, udpPayloadBytesMax } from '../constants';
import type { Rcode, Reply } from '../server/message';
import { rcodes } from '../server/message';
import type { DnsRecord } from '../zone/records';
import type { Exchange } from './forwarder';

export interface UpstreamAddress {
  address: string;
  port: number;
}

/** `8.8.8.8`, `8.8.8.8:5353` or `[::1]:53`. */
export function parseUpstream(text: string): UpstreamAddress {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text);
  if (bracketed) return { address: bracketed[1] ?? '', port: Number(bracketed[2] ?? 53) };
  if (isIPv6(text)) return { address: text, port: 53 };
  const [address = '', port = '53'] = text.split(':');
  return { address, port: Number(port) };
}

/** Asks one server by UDP from a fresh port, and by TCP when the answer was cut. */
export function upstreamExchange(upstream: UpstreamAddress, clock: Clock): Exchange {
  return async (name, type) => {
    const query = newQuery(name, type);
    const short = await exchangeUdp(upstream, query, clock);
    return toReply(short.flag_tc ? await exchangeTcp(upstream, query, clock) : short);
  };
}

interface OutgoingQuery {
  id: number;
  name: string;
  message: dnsPacket.Packet;
}

function newQuery(name: string, type: string): OutgoingQuery {
  const id = randomInt(65_536);
  return {
    id,
    name,
    message: {
      type: 'query',
      id,
      flags: dnsPacket.RECURSION_DESIRED,
      questions: [{ name, type: type as RecordType, class: 'IN' }],
      additionals: [
        { type: 'OPT', name: '.', udpPayloadSize: udpPayloadBytesMax, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] },
      ],
    },
  };
}

/** Only the answer to this very question counts (RFC 5452). */
function isAnswerTo(query: OutgoingQuery, packet: DecodedPacket): boolean {
  return packet.id === query.id && packet.type === 'response' && packet.questions?.[0]?.name.toLowerCase() === query.name;
}

function exchangeUdp(upstream: UpstreamAddress, query: OutgoingQuery, clock: Clock): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(upstream.address) ? 'udp6' : 'udp4');
    const cancel = clock.after(forwardTimeoutMs, () => finish(() => reject(new Error('upstream server does not answer'))));
    const finish = (settle: () => void): void => {
      cancel();
      socket.close();
      settle();
    };
    socket.once('error', (error) => finish(() => reject(error)));
    socket.on('message', (message, from) => {
      if (from.address !== upstream.address || from.port !== upstream.port) return;
      const packet = tryDecode(message);
      if (packet && isAnswerTo(query, packet)) finish(() => resolve(packet));
    });
    socket.send(dnsPacket.encode(query.message), upstream.port, upstream.address);
  });
}

function exchangeTcp(upstream: UpstreamAddress, query: OutgoingQuery, clock: Clock): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect(upstream.port, upstream.address);
    const cancel = clock.after(forwardTimeoutMs, () => socket.destroy(new Error('upstream server does not answer')));
    const chunks: Buffer[] = [];
    socket.once('error', reject);
    socket.once('close', () => {
      cancel();
      reject(new Error('upstream server closed the connection'));
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const received = Buffer.concat(chunks);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const packet = tryDecode(received.subarray(2));
      if (packet && isAnswerTo(query, packet)) resolve(packet);
      socket.destroy();
    });
    socket.write(dnsPacket.streamEncode(query.message));
  });
}

function tryDecode(message: Buffer): DecodedPacket | undefined {
  try {
    return dnsPacket.decode(message);
  } catch {
    // Not a DNS message: as good as none.
    return undefined;
  }
}

function toReply(packet: DecodedPacket): Reply {
  const code = (packet.flags ?? 0) & 0xf;
  const rcode = (Object.keys(rcodes) as Rcode[]).find((name) => rcodes[name] === code) ?? 'SERVFAIL';
  return {
    rcode,
    authoritative: false,
    answers: (packet.answers ?? []) as DnsRecord[],
    authorities: (packet.authorities ?? []) as DnsRecord[],
    additionals: ((packet.additionals ?? []) as DnsRecord[]).filter((record) => (record.type as string) !== 'OPT'),
  };
}
