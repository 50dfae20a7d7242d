package io.riacho.lake;

/// The kinds of Parquet files, each with its directory.
enum Table {
    /// Readings, by hour of their timestamp.
    RAW("raw"),
    /// Mergeable partial aggregates of the readings, by interval and day.
    AGGREGATED("aggregated"),
    /// Readings that contradict one that was there first, by day of their timestamp.
    CONFLICTS("conflicts"),
    /// States that commands reached, by day of the transition.
    COMMANDS("commands"),
    /// What devices did, by day.
    EVENTS("events"),
    /// Statistics per series of the readings that retention has deleted; at most one file.
    BASE("base");

    private final String directory;

    Table(String directory) {
        this.directory = directory;
    }

    String directory() {
        return directory;
    }

    static Table ofDirectory(String directory) {
        for (Table each : values()) {
            if (each.directory.equals(directory)) {
                return each;
            }
        }
        throw new IllegalArgumentException("no table '" + directory + "'");
    }
}
