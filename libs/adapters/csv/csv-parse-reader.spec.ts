import { describeCsvReaderContract } from '#ports/campaign/csv.contract.js';
import { CsvParseReader } from './csv-parse-reader.js';

describeCsvReaderContract('CsvParseReader', () => new CsvParseReader());
