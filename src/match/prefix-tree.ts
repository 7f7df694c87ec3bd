/** A place in the tree: all texts that begin with the path from the root, which is `depth` UTF-16 units long. */
export type PrefixNode<T> = {
  /** The last part of the path; everything but the root has some. */
  edge: string;
  depth: number;
  value: T | undefined;
  parent: PrefixNode<T> | undefined;
  /** By the first unit of their edge. Most nodes are leaves, so there is no empty map. */
  children: Map<number, PrefixNode<T>> | undefined;
};

/**
 * The next node on the way of a text, or none; the way begins at `from`. This walk visits every stored prefix of what
 * stands there, shortest first.
 */
export function nextNode<T>(node: PrefixNode<T>, text: string, from = 0): PrefixNode<T> | undefined {
  const at = from + node.depth;
  const child = node.children?.get(text.charCodeAt(at));
  return child !== undefined && text.startsWith(child.edge, at) ? child : undefined;
}

/**
 * Values under prefixes. Finding all prefixes of a text costs the length of the text, however many prefixes there are;
 * adding and removing one costs its own length. Chains without a fork are one node.
 */
export class PrefixTree<T> {
  readonly root: PrefixNode<T> = { edge: '', depth: 0, value: undefined, parent: undefined, children: undefined };

  get isEmpty(): boolean {
    return this.root.value === undefined && this.root.children === undefined;
  }

  /** The value at exactly this prefix. */
  get(prefix: string): T | undefined {
    return this.#find(prefix)?.value;
  }

  set(prefix: string, value: T): void {
    let node = this.root;
    for (let next = nextNode(node, prefix); next !== undefined; next = nextNode(node, prefix)) node = next;
    if (node.depth < prefix.length) node = grow(node, prefix);
    node.value = value;
  }

  delete(prefix: string): void {
    const node = this.#find(prefix);
    if (node === undefined) return;
    node.value = undefined;
    tidy(node);
  }

  #find(prefix: string): PrefixNode<T> | undefined {
    let node: PrefixNode<T> | undefined = this.root;
    while (node !== undefined && node.depth < prefix.length) node = nextNode(node, prefix);
    return node;
  }
}

/** Adds the rest of the prefix below a node from which no edge leads on; an edge that shares a beginning is split. */
function grow<T>(node: PrefixNode<T>, prefix: string): PrefixNode<T> {
  const sibling = node.children?.get(prefix.charCodeAt(node.depth));
  if (sibling === undefined) return attach(node, prefix.slice(node.depth));
  let shared = 1;
  while (sibling.edge[shared] === prefix[node.depth + shared]) shared += 1;
  const fork = attach(node, sibling.edge.slice(0, shared));
  sibling.edge = sibling.edge.slice(shared);
  sibling.parent = fork;
  fork.children = new Map([[sibling.edge.charCodeAt(0), sibling]]);
  return fork.depth === prefix.length ? fork : attach(fork, prefix.slice(fork.depth));
}

function attach<T>(parent: PrefixNode<T>, edge: string): PrefixNode<T> {
  const node = { edge, depth: parent.depth + edge.length, value: undefined, parent, children: undefined };
  parent.children ??= new Map();
  parent.children.set(edge.charCodeAt(0), node);
  return node;
}

/** Removes what no longer leads to a value, and joins a chain that no longer forks, so that churn leaves nothing behind. */
function tidy<T>(node: PrefixNode<T>): void {
  const { parent, children } = node;
  if (parent === undefined || node.value !== undefined) return;
  const [only] = children?.values() ?? [];
  if (only === undefined) {
    parent.children?.delete(node.edge.charCodeAt(0));
    if (parent.children?.size === 0) parent.children = undefined;
    tidy(parent);
  } else if (children?.size === 1) {
    only.edge = node.edge + only.edge;
    only.parent = parent;
    parent.children?.set(only.edge.charCodeAt(0), only);
  }
}
