package gradwire.kernels.gpucheck;

/**
 * One figure.
 *
 * @param what what was measured
 * @param how its size and settings
 * @param percentOfCopy of the device's copy bandwidth; NaN where that says nothing
 */
record Row(String what, String how, double value, String unit, double percentOfCopy) {
  static Row of(String what, String how, double value, String unit) {
    return new Row(what, how, value, unit, Double.NaN);
  }
}
