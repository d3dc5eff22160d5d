import AWSModels
import AWSWire

/// Rules for what a deployment configuration says beside its percentages.
/// Source: Amazon ECS API Reference, DeploymentConfiguration and the shapes in it.
enum DeploymentRules {
    /// A day.
    private static let bakeMinutes = 0...1_440

    /// Checks a configuration whose defaults are filled in.
    static func check(_ configuration: ECS.DeploymentConfiguration) throws(WireError) {
        if let alarms = configuration.alarms { try check(alarms) }
        if let breaker = configuration.deploymentCircuitBreaker { try check(breaker) }
        try expect(configuration.bakeTimeInMinutes, in: bakeMinutes, "bakeTimeInMinutes")
        try check(configuration.lifecycleHooks ?? [])
        try checkShifts(configuration)
        if let criteria = configuration.earlySuccessCriteria { try check(criteria, configuration) }
    }

    private static func check(_ alarms: ECS.DeploymentAlarms) throws(WireError) {
        guard !alarms.enable || !alarms.alarmNames.isEmpty else {
            throw .invalidParameter("Deployment alarms must name at least one alarm when they are enabled.")
        }
        guard alarms.alarmNames.allSatisfy({ !$0.isEmpty }), Set(alarms.alarmNames).count == alarms.alarmNames.count
        else { throw .invalidParameter("The names of deployment alarms must be unique and not empty.") }
    }

    private static func check(_ breaker: ECS.DeploymentCircuitBreaker) throws(WireError) {
        guard let threshold = breaker.thresholdConfiguration else { return }
        guard threshold.value > 0, threshold.type == .count || threshold.value <= 100 else {
            throw .invalidParameter(
                "The value of thresholdConfiguration must be at least 1, and at most 100 for percentages.")
        }
    }

    // MARK: Hooks

    /// Source: Amazon ECS Developer Guide, Pause hooks for Amazon ECS service deployments, Constraints.
    private static let maximumHooksOfType = 10

    private static func check(_ hooks: [ECS.DeploymentLifecycleHook]) throws(WireError) {
        for hook in hooks { try check(hook) }
        let pauses = hooks.count { $0.targetType == .pause }
        guard max(pauses, hooks.count - pauses) <= maximumHooksOfType else {
            throw .invalidParameter(
                "A service can have at most \(maximumHooksOfType) lifecycle hooks of the type AWS_LAMBDA and as many "
                    + "of the type PAUSE.")
        }
    }

    private static func check(_ hook: ECS.DeploymentLifecycleHook) throws(WireError) {
        let stages = hook.lifecycleStages ?? []
        guard !stages.isEmpty, Set(stages).count == stages.count else {
            throw .invalidParameter("A lifecycle hook must have different lifecycleStages, at least one.")
        }
        switch hook.targetType ?? .awsLambda {
        case .awsLambda:
            guard ARN.isARN(hook.hookTargetArn, "lambda", "function:") else {
                throw .invalidParameter("hookTargetArn must be the ARN of a Lambda function.")
            }
            if let role = hook.roleArn { try ARN.checkRole(role, "roleArn of a lifecycle hook") }
        case .pause:
            guard hook.hookTargetArn == nil, hook.roleArn == nil else {
                throw .invalidParameter("A lifecycle hook of the type PAUSE has no hookTargetArn and no roleArn.")
            }
            guard !stages.contains(.testTrafficShift), !stages.contains(.productionTrafficShift) else {
                // Source: Amazon ECS Developer Guide, Troubleshooting Amazon ECS blue/green deployments: these words.
                throw .invalidParameter("Invalid lifecycle stage provided for Pause Hook")
            }
        }
    }

    // MARK: Traffic

    /// Each of the two configurations goes with its strategy.
    private static func checkShifts(_ configuration: ECS.DeploymentConfiguration) throws(WireError) {
        if let linear = configuration.linearConfiguration {
            guard configuration.strategy == .linear else {
                throw .invalidParameter("linearConfiguration can only be specified with the LINEAR strategy.")
            }
            try expectTenths(linear.stepPercent, from: 3, "stepPercent")
            try expect(linear.stepBakeTimeInMinutes, in: bakeMinutes, "stepBakeTimeInMinutes")
        }
        if let canary = configuration.canaryConfiguration {
            guard configuration.strategy == .canary else {
                throw .invalidParameter("canaryConfiguration can only be specified with the CANARY strategy.")
            }
            try expectTenths(canary.canaryPercent, from: 0.1, "canaryPercent")
            try expect(canary.canaryBakeTimeInMinutes, in: bakeMinutes, "canaryBakeTimeInMinutes")
        }
    }

    private static func check(
        _ criteria: ECS.DeploymentEarlySuccessCriteria, _ configuration: ECS.DeploymentConfiguration
    ) throws(WireError) {
        guard criteria.enable else { return }
        guard configuration.strategy == .rolling else {
            throw .invalidParameter("earlySuccessCriteria can only be enabled with the ROLLING strategy.")
        }
        guard let percent = criteria.healthyPercent, criteria.sourceServiceRevisionCleanup != nil else {
            throw .invalidParameter("earlySuccessCriteria needs a healthyPercent and a sourceServiceRevisionCleanup.")
        }
        guard percent >= configuration.minimumHealthyPercent ?? 0 else {
            throw .invalidParameter("healthyPercent must not be less than minimumHealthyPercent.")
        }
    }

    private static func expect(_ value: Int?, in range: ClosedRange<Int>, _ name: String) throws(WireError) {
        guard let value, !range.contains(value) else { return }
        throw .invalidParameter("\(name) must be between \(range.lowerBound) and \(range.upperBound).")
    }

    /// A percentage with one decimal, up to 100.
    private static func expectTenths(_ value: Double?, from least: Double, _ name: String) throws(WireError) {
        guard let value else { return }
        // A multiple of 0.1 has no exact binary form, so it is compared with the nearest one.
        let isTenth = abs(value * 10 - (value * 10).rounded()) < 1e-6
        guard (least...100).contains(value), isTenth else {
            throw .invalidParameter("\(name) must be a multiple of 0.1 between \(least) and 100.0.")
        }
    }
}
