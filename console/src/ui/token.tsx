import { useState } from 'preact/hooks';
import { post } from './api.ts';
import { Dialog, Form } from './parts.tsx';

function TokenForm({ done }: { done: () => void }) {
  const [token, set] = useState('');
  const send = async (): Promise<void> => {
    await post('/api/session', { token });
    done();
  };
  return (
    <Form
      send={send}
      submit="Go on"
      disabled={token === ''}
      beside={<span class="small soft">It stands in the file that the console was started with.</span>}
    >
      <label class="field">
        Token of this console
        <input type="password" autocomplete="off" value={token} onInput={(event) => set(event.currentTarget.value)} />
      </label>
    </Form>
  );
}

export function TokenDialog({ close, done }: { close: () => void; done: () => void }) {
  const finish = (): void => {
    done();
    close();
  };
  return (
    <Dialog title="Changes need the token" close={close}>
      <TokenForm done={finish} />
    </Dialog>
  );
}

/** All there is to see for somebody who may not look. */
export function TokenPage({ done }: { done: () => void }) {
  return (
    <main class="main">
      <section class="card">
        <div class="body">
          <h1>Watchfire</h1>
          <TokenForm done={done} />
        </div>
      </section>
    </main>
  );
}
