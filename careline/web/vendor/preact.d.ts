// What preact.js exports, typed as narrowly as we use it.
export type Child = unknown;
export interface VNode { type: unknown; props: Record<string, unknown>; key: unknown }
export type Component<P = Record<string, unknown>> = (props: P) => Child;
export interface Ref<T> { current: T }
export interface ReadonlySignal<T> { readonly value: T; peek(): T; subscribe(fn: (value: T) => void): () => void }
export interface Signal<T> { value: T; peek(): T; subscribe(fn: (value: T) => void): () => void }

export function html(strings: TemplateStringsArray, ...values: any[]): any;
export function h(type: any, props: any, ...children: any[]): VNode;
export function render(vnode: any, parent: Element | DocumentFragment): void;
export const Fragment: Component;

export function useState<T>(initial: T | (() => T)): [T, (value: T | ((old: T) => T)) => void];
export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useLayoutEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
export function useRef<T>(initial: T): Ref<T>;

export function signal<T>(value: T): Signal<T>;
export function computed<T>(fn: () => T): ReadonlySignal<T>;
export function effect(fn: () => void | (() => void)): () => void;
export function batch<T>(fn: () => T): T;
