import { certificateUser } from './client-certificate';

const subject = (parts: object) => ({ subject: { C: '', ST: '', L: '', O: '', OU: '', CN: '', ...parts } });

describe('certificateUser', () => {
  it('takes the common name as user and all organisations as groups', () => {
    expect(certificateUser(subject({ CN: 'u', O: ['a', 'b'] }))).toEqual({ name: 'u', groups: ['a', 'b'] });
    expect(certificateUser(subject({ CN: 'u', O: 'a' }))).toEqual({ name: 'u', groups: ['a'] });
  });
  it('knows nobody without a common name', () => expect(certificateUser(subject({ O: 'a' }))).toBeUndefined());
});
