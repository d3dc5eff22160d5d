import AWSWire

/// How finely values are kept, and for how long.
/// Source: Amazon CloudWatch User Guide, "Metrics retention".
enum MetricLevel: Int, CaseIterable, Sendable {
    case second, minute, fiveMinutes, hour

    /// How much time a bucket has.
    var seconds: Int64 {
        switch self {
        case .second: 1
        case .minute: 60
        case .fiveMinutes: 300
        case .hour: 3_600
        }
    }

    /// How long buckets are kept if the room allows.
    var retentionSeconds: Int64 {
        switch self {
        case .second: 3 * 3_600
        case .minute: 15 * 86_400
        case .fiveMinutes: 63 * 86_400
        case .hour: 455 * 86_400
        }
    }

    /// How long they are kept when it does not: longer than scaling policies look back, which is 15 minutes.
    var leastSeconds: Int64 {
        switch self {
        case .second: 5 * 60
        case .minute: 3_600
        case .fiveMinutes: 3 * 3_600
        case .hour: 12 * 3_600
        }
    }
}

/// The values of one metric in one unit: at every level the same ones, in buckets.
struct MetricSeries: Sendable {
    struct Bucket: Sendable {
        /// Seconds since 1970: a multiple of the level's.
        var start: Int64
        var values: MetricValues
    }

    /// By level; each ascending and without empty buckets.
    private(set) var levels: [[Bucket]] = MetricLevel.allCases.map { _ in [] }
    /// The time of the newest value.
    private(set) var lastSeconds = Int64.min

    /// What it takes without its buckets.
    static let emptySize = 512

    subscript(level: MetricLevel) -> [Bucket] { levels[level.rawValue] }

    /// Adds values.
    /// - Returns: by how many bytes the series has grown.
    mutating func add(_ values: MetricValues, at time: Timestamp, isHighResolution: Bool) -> Int {
        lastSeconds = max(lastSeconds, time.seconds)
        var grown = 0
        for level in MetricLevel.allCases where level != .second || isHighResolution {
            let start = time.seconds / level.seconds * level.seconds
            grown += MetricSeries.add(values, at: start, to: &levels[level.rawValue])
        }
        return grown
    }

    private static func add(_ values: MetricValues, at start: Int64, to buckets: inout [Bucket]) -> Int {
        // Nearly always it is the last one.
        let index = (buckets.last?.start ?? .min) < start ? buckets.count : place(of: start, in: buckets)
        if index < buckets.count, buckets[index].start == start {
            let before = buckets[index].values.size
            buckets[index].values.add(values)
            return buckets[index].values.size - before
        }
        buckets.insert(Bucket(start: start, values: values), at: index)
        return MemoryLayout<Bucket>.stride + values.size
    }

    /// The index of the first bucket that does not begin before `start`.
    static func place(of start: Int64, in buckets: [Bucket]) -> Int {
        var low = 0
        var high = buckets.count
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].start < start { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Forgets what is older.
    /// - Parameter horizon: in seconds since 1970.
    /// - Returns: how many bytes that were.
    mutating func forget(_ level: MetricLevel, before horizon: Int64) -> Int {
        let count = MetricSeries.place(of: horizon, in: self[level])
        guard count > 0 else { return 0 }
        let freed = self[level][..<count].reduce(0) { $0 + MemoryLayout<Bucket>.stride + $1.values.size }
        levels[level.rawValue].removeFirst(count)
        return freed
    }

    var isEmpty: Bool { levels.allSatisfy(\.isEmpty) }

    /// All it takes.
    var size: Int {
        levels.joined().reduce(MetricSeries.emptySize) { $0 + MemoryLayout<Bucket>.stride + $1.values.size }
    }
}
