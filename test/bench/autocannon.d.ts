// What the benchmark uses of a package that ships no types.

declare module 'autocannon' {
  export type Result = {
    readonly '2xx': number
    readonly non2xx: number
    readonly errors: number
    /** Seconds. */
    readonly duration: number
  }
  /** Sends the same request again and again over some connections for some seconds. */
  export default function autocannon(options: {
    url: string
    connections: number
    duration: number
    headers?: Record<string, string>
  }): Promise<Result>
}
