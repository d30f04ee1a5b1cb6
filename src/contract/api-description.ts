import type { ApiHeaderOptions, ApiOperationOptions, ApiPropertyOptions, ApiQueryOptions } from '@nestjs/swagger';

type Library = typeof import('@nestjs/swagger');

// In the order in which they were written: a class that extends another one is described after it.
const waiting: ((library: Library) => void)[] = [];

const later = (describe: (library: Library) => void): void => void waiting.push(describe);

// The decorators of @nestjs/swagger by their own names. Half a thousand files are loaded for them, and nobody who runs a
// registry needs one: the description is made when a checkout is built, and committed. So they only note what to describe.

export function ApiTags(...tags: string[]): ClassDecorator {
  return (type) => later((library) => library.ApiTags(...tags)(type));
}

export function ApiOperation(options: ApiOperationOptions): MethodDecorator {
  return (...at) => later((library) => library.ApiOperation(options)(...at));
}

export function ApiQuery(options: ApiQueryOptions): MethodDecorator {
  return (...at) => later((library) => library.ApiQuery(options)(...at));
}

export function ApiHeader(options: ApiHeaderOptions): MethodDecorator {
  return (...at) => later((library) => library.ApiHeader(options)(...at));
}

export function ApiExcludeEndpoint(): MethodDecorator {
  return (...at) => later((library) => library.ApiExcludeEndpoint()(...at));
}

export function ApiProperty(options: ApiPropertyOptions): PropertyDecorator {
  return (...at) => later((library) => library.ApiProperty(options)(...at));
}

export function ApiPropertyOptional(options: ApiPropertyOptions): PropertyDecorator {
  return (...at) => later((library) => library.ApiPropertyOptional(options)(...at));
}

/** Describes, with the library, all that has been noted since the last time. */
export function describeNoted(library: Library): void {
  for (const describe of waiting.splice(0)) describe(library);
}
