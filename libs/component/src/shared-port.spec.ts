import https from 'node:https';
import { Client, credentials } from '@grpc/grpc-js';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { startGrpcServer } from './grpc-server';

const nowMs = Date.now();
const ca = createCertificateAuthority('shared-port-ca', nowMs, 1);
const issue = (commonName: string): { cert: string; key: string } => issueCertificate(ca, { commonName, nowMs, validForDays: 1, usages: ['client', 'server'], hosts: ['127.0.0.1'] });
const pem = ({ cert, key }: { cert: string; key: string }): { ca: Buffer; cert: Buffer; key: Buffer } => ({ ca: Buffer.from(ca.cert), cert: Buffer.from(cert), key: Buffer.from(key) });

const check = (port: number, own?: { cert: Buffer; key: Buffer }): Promise<Buffer> => {
  const client = new Client(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(ca.cert), own?.key ?? null, own?.cert ?? null));
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, Buffer.alloc(0), { deadline: Date.now() + 20_000 }, (error, reply) => {
      client.close();
      if (error || !reply) reject(error);
      else resolve(reply);
    });
  });
};

const get = (port: number, own: object = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    https.get(`https://127.0.0.1:${port}/path`, { ca: ca.cert, agent: false, ...own }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });

test('one port serves gRPC to those with a certificate, and HTTPS to all', async () => {
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    tls: { ...pem(issue('server')), requireClientCert: true },
    services: [],
    http: (request, response) => response.end(`${request.url} for ${(request.socket as { authorized?: boolean }).authorized === true ? 'one who is known' : 'anybody'}`),
  });
  const client = pem(issue('client'));
  try {
    expect(await check(server.port, client)).toEqual(Buffer.from([8, 1]));
    await expect(check(server.port)).rejects.toThrow();
    expect(await get(server.port, { cert: client.cert, key: client.key })).toBe('/path for one who is known');
    expect(await get(server.port)).toBe('/path for anybody');
  } finally {
    await server.stop();
  }
  await expect(get(server.port)).rejects.toThrow();
});
