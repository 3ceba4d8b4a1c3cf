import { connect } from 'node:tls';
import type { TlsMaterial } from '@typernetes/component';
import { systemClock } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { startTestApi } from './testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

/** Who signed the certificate that a port shows. */
function issuerAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
      resolve(String(socket.getPeerCertificate().issuer.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

it('both doors show a renewed certificate, and keep the old one when the new does not fit', async () => {
  let renew: (material: TlsMaterial) => void = () => {};
  const api = await startTestApi({
    watchTls: (changed) => {
      renew = changed;
      return () => {};
    },
  });
  const { securePort, grpcPort } = api.running;
  const nowMs = systemClock.now();
  const issue = (name: string): { cert: Buffer; key: Buffer } => {
    const ca = createCertificateAuthority(name, nowMs, 1);
    const { cert, key } = issueCertificate(ca, { commonName: 'kube-apiserver', hosts: ['127.0.0.1'], nowMs, validForDays: 1, usages: ['server'] });
    return { cert: Buffer.from(cert), key: Buffer.from(key) };
  };
  expect([await issuerAt(securePort), await issuerAt(grpcPort)]).toEqual(['test-ca', 'test-ca']);
  const renewed = issue('renewed-ca');
  renew(renewed);
  expect([await issuerAt(securePort), await issuerAt(grpcPort)]).toEqual(['renewed-ca', 'renewed-ca']);
  renew({ cert: issue('other-ca').cert, key: renewed.key });
  expect([await issuerAt(securePort), await issuerAt(grpcPort)]).toEqual(['renewed-ca', 'renewed-ca']);
  await api.stop();
}, 60_000);
