/** A process to be killed: `endless-writer <directory> <round>` writes as fast as it can and tells of each acknowledged write. */
import { EmbeddedStorage } from '../embedded/embedded-storage';
import { encodeStored } from '../resource-version';

const writers = 8;
const [directory = '', round = ''] = process.argv.slice(2);

async function write(storage: EmbeddedStorage, writer: number): Promise<void> {
  for (let i = 0; ; i++) {
    const name = `${round}-${writer}-${i}`;
    const value = encodeStored({ kind: 'Thing', apiVersion: 'v1', metadata: { name } });
    const result = await storage.transact([{ type: 'put', key: `/registry/things/${name}`, value, expected: 0 }]);
    if (result.type === 'committed') process.send?.({ name, revision: result.revision });
  }
}

void EmbeddedStorage.open({ directory }).then((storage) => {
  for (let writer = 0; writer < writers; writer++) void write(storage, writer);
});
