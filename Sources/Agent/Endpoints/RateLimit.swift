import AWSWire

/// How many requests a caller may make: a bucket for each address, which fills at a steady rate.
/// Source: amazon-ecs-agent, ECS_TASK_METADATA_RPS_LIMIT: 40 a second, 60 at once.
struct RateLimit: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Timestamp
    }

    let perSecond: Double
    let burst: Double
    private var buckets: [String: Bucket] = [:]
    /// Callers that are remembered; when there are more, all begin anew.
    private static let capacity = 1_024

    init(perSecond: Double = 40, burst: Double = 60) {
        self.perSecond = perSecond
        self.burst = burst
    }

    /// Takes a request in.
    /// - Returns: whether it may be answered.
    mutating func admit(_ caller: String, at now: Timestamp) -> Bool {
        if buckets.count >= RateLimit.capacity, buckets[caller] == nil { buckets = [:] }
        var bucket = buckets[caller] ?? Bucket(tokens: burst, filledAt: now)
        let elapsed = Double(max(0, now.milliseconds - bucket.filledAt.milliseconds)) / 1_000
        bucket.tokens = min(burst, bucket.tokens + elapsed * perSecond)
        bucket.filledAt = now
        let isAdmitted = bucket.tokens >= 1
        if isAdmitted { bucket.tokens -= 1 }
        buckets[caller] = bucket
        return isAdmitted
    }
}
