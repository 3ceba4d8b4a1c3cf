import { certificateUser } from './client-certificate';

const subject = (parts: object) => ({ subject: { C: '', ST: '', L: '', O: '', OU: '', CN: '', ...parts }, fingerprint256: 'AB:01' });
const extra = { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab01'] };

describe('certificateUser', () => {
  it('takes the common name as user and all organisations as groups', () => {
    expect(certificateUser(subject({ CN: 'u', O: ['a', 'b'] }))).toEqual({ name: 'u', groups: ['a', 'b'], extra });
    expect(certificateUser(subject({ CN: 'u', O: 'a' }))).toEqual({ name: 'u', groups: ['a'], extra });
  });
  it('knows nobody without a common name', () => expect(certificateUser(subject({ O: 'a' }))).toBeUndefined());
});
