/** The errors that every entry of the package exports. */
export {
  DisposedError,
  ExecutionError,
  FormatError,
  ModelError,
  PackageError,
  SourceError,
  UnsupportedError,
  type ErrorCode,
} from "../errors.js";
