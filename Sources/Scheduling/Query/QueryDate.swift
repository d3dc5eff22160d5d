import AWSWire

extension Timestamp {
    /// Reads the dates of the cluster query language: `2018-06-18`, or with a time `2018-06-18T22:28:28` and
    /// perhaps `Z` or an offset such as `+02:00`. Without a zone it is UTC.
    init?(queryDate text: String) {
        guard let time = Timestamp(iso8601: text) ?? Timestamp(iso8601: text + "Z") else { return nil }
        self = time
    }
}
