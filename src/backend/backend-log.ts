/** Where the backend says what somebody must look at: lines of JSON, or a test's memory. */
export type BackendLog = (level: 'warn' | 'error', message: string, fields: object) => void;
