// A flow that runs in a Node-RED of its own, seen as the editor sees it: statuses, the debug sidebar, buttons of inject nodes.
import { Editor } from './editor.ts';

export interface DeployedNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly z?: string;
  readonly [property: string]: unknown;
}

interface Shown {
  readonly fill?: string;
  readonly text?: string;
}

/** Of the debug sidebar: which node said it, and what, as the sidebar has it. */
interface Said {
  readonly name: string;
  readonly value: string;
}

const LOOK_AGAIN_MS = 20;

export class Deployed {
  readonly statuses = new Map<string, Shown>();
  readonly said: Said[] = [];
  readonly editor: Editor;
  readonly #nodes: readonly DeployedNode[];
  readonly #socket: WebSocket;

  private constructor(editor: Editor, nodes: readonly DeployedNode[], socket: WebSocket) {
    this.editor = editor;
    this.#nodes = nodes;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#heard(String(data)));
  }

  /** @param port where its HTTP calls are answered, when a node of the flow has to know */
  static async start(nodes: readonly DeployedNode[], port?: number): Promise<Deployed> {
    const editor = await Editor.start(nodes, {}, port);
    const socket = new WebSocket(`${editor.url.replace('http', 'ws')}/comms`);
    const deployed = new Deployed(editor, nodes, socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error(editor.output)));
    });
    for (const subscribe of ['status/#', 'debug']) socket.send(JSON.stringify({ subscribe }));
    return deployed;
  }

  #heard(text: string): void {
    for (const { topic, data } of [JSON.parse(text)].flat()) {
      const [, id] = /^status\/(.+)$/.exec(topic) ?? [];
      if (id !== undefined) this.statuses.set(id, data);
      if (topic === 'debug') this.said.push({ name: data.name ?? '', value: String(data.msg) });
    }
  }

  /** Clicks the button of an inject node, and resolves when Node-RED took it. */
  async click(name: string): Promise<void> {
    const node = this.#nodes.find((one) => one.type === 'inject' && one.name === name);
    const { ok, status } = await fetch(`${this.editor.url}/inject/${node?.id}`, { method: 'POST' });
    if (!ok) throw new Error(`“${name}” was not clicked: ${status}`);
  }

  /** The newest that the debug node of that name said since `from`, once `good` takes it. */
  async hears(name: string, good: RegExp, from = 0): Promise<string> {
    let found: Said | undefined;
    await this.until(`“${name}” says ${good}`, () => {
      found = this.said.slice(from).findLast((one) => one.name === name && good.test(one.value));
      return found !== undefined;
    });
    return found!.value;
  }

  /** A simulated pin, of the station that the examples share unless another's folder is named. */
  pin(line: string, folder = 'pins'): string {
    return this.editor.pin(line, folder);
  }

  /** The nodes that are red now, with their words. */
  red(): string[] {
    return this.#nodes
      .filter(({ id }) => this.statuses.get(id)?.fill === 'red')
      .map(({ id, type, name }) => `${type} “${name ?? ''}”: ${this.statuses.get(id)!.text}`);
  }

  async until(what: string, test: () => boolean, withinMs = 20_000): Promise<void> {
    const end = performance.now() + withinMs;
    while (!test()) {
      if (performance.now() > end) {
        const seen = JSON.stringify({ statuses: [...this.statuses], said: this.said });
        throw new Error(`waited ${withinMs} ms in vain until ${what}: ${seen}\n${this.editor.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  async end(): Promise<void> {
    this.#socket.close();
    await this.editor.end();
  }
}
