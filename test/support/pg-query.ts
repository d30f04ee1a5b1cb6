import { Client } from 'pg';

/** Runs one statement on its own connection and hands back its rows. */
export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows }: { rows: unknown[] } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}

/** A log that keeps what is written to it. */
export function logBook(): { lines: string[]; info: Write; warn: Write; error: Write } {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { lines, info: write('info'), warn: write('warn'), error: write('error') };
}

type Write = (message: string) => void;
