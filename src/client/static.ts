import { look, start } from './start';

start();
look();
