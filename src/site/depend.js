/**
 * A loader for rspack: a page is made of other files too (records, other pages' claims). Where one of them changes it is
 * made again, in the development server and in a build with a warm cache. JavaScript, because rspack loads it by itself.
 */
module.exports = function depend(source) {
  for (const file of this.getOptions().files) this.addDependency(file);
  return source;
};
