import AWSModels
import AWSWire
import State
import Testing

@testable import ECSAPI

/// Deployment configurations: their rules, and what UpdateService makes of one that does not say everything.
@Suite("Deployment configurations") struct DeploymentConfigurationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members that the service has.
        var old: String
        /// Members of the update.
        var new: String
        /// Members that the service has then, beside the defaults.
        var result: String

        var testDescription: String { "\(old) + \(new)" }
    }

    typealias Mistake = ServiceMemberTests.Row

    private static let role = "arn:aws:iam::000000000000:role/r"
    private static let alarms = #""alarms":{"alarmNames":["a"],"rollback":true,"enable":true}"#
    private static let noAlarms = #""alarms":{"alarmNames":[],"rollback":false,"enable":false}"#
    private static let hooks = #""lifecycleHooks":[{"targetType":"PAUSE","lifecycleStages":["PRE_SCALE_UP"]}]"#
    private static let breaker = #""deploymentCircuitBreaker":{"enable":true,"rollback":true}"#
    private static let strict =
        #""deploymentCircuitBreaker":{"enable":true,"rollback":true,"resetOnHealthyTask":false}"#
    private static let linear = #""strategy":"LINEAR","linearConfiguration":{"stepPercent":20}"#
    private static let canary = #""strategy":"CANARY","canaryConfiguration":{"canaryPercent":20}"#
    private static let early =
        #""earlySuccessCriteria":{"enable":true,"healthyPercent":100,"sourceServiceRevisionCleanup":"BLOCKING"}"#

    @Test(
        "what is left out stays, what is named is replaced as a whole, and what is for one strategy goes with it",
        arguments: [
            Row(old: #""maximumPercent":150"#, new: "", result: #""maximumPercent":150"#),
            Row(
                old: #""maximumPercent":150"#, new: #""minimumHealthyPercent":50"#,
                result: #""maximumPercent":150,"minimumHealthyPercent":50"#),
            Row(old: breaker, new: #""maximumPercent":150"#, result: #"\#(breaker),"maximumPercent":150"#),
            Row(old: strict, new: breaker, result: breaker),
            Row(old: alarms, new: #""maximumPercent":150"#, result: #"\#(alarms),"maximumPercent":150"#),
            Row(old: alarms, new: noAlarms, result: noAlarms),
            Row(old: hooks, new: #""strategy":"BLUE_GREEN""#, result: #"\#(hooks),"strategy":"BLUE_GREEN""#),
            Row(old: hooks, new: #""lifecycleHooks":[]"#, result: #""lifecycleHooks":[]"#),
            Row(
                old: #""strategy":"BLUE_GREEN","bakeTimeInMinutes":9"#, new: #""maximumPercent":150"#,
                result: #""strategy":"BLUE_GREEN","bakeTimeInMinutes":9,"maximumPercent":150"#),
            Row(old: linear, new: #""bakeTimeInMinutes":1"#, result: #"\#(linear),"bakeTimeInMinutes":1"#),
            Row(
                old: linear, new: #""linearConfiguration":{"stepBakeTimeInMinutes":1}"#,
                result: #""strategy":"LINEAR","linearConfiguration":{"stepBakeTimeInMinutes":1}"#),
            Row(old: linear, new: canary, result: canary),
            Row(old: canary, new: #""strategy":"CANARY""#, result: canary),
            Row(old: canary, new: #""strategy":"ROLLING""#, result: #""strategy":"ROLLING""#),
            Row(old: early, new: #""bakeTimeInMinutes":1"#, result: #"\#(early),"bakeTimeInMinutes":1"#),
            Row(old: early, new: #""strategy":"BLUE_GREEN""#, result: #""strategy":"BLUE_GREEN""#),
        ])
    func completes(row: Row) throws {
        let read = { (members: String) in ECS.DeploymentConfiguration.trusted(Array("{\(members)}".utf8)) }
        let old = try ServiceChecks.completed(read(row.old), over: nil, .replica)
        let result = try ServiceChecks.completed(read(row.new), over: old, .replica)
        let expected = try ServiceChecks.completed(read(row.result), over: nil, .replica)
        #expect(
            String(decoding: result.encoded(), as: UTF8.self) == String(decoding: expected.encoded(), as: UTF8.self))
    }

    @Test(
        "deployment configurations",
        arguments: [
            Mistake(members: #""strategy":"ROLLING""#),
            Mistake(members: #""alarms":{"alarmNames":[],"enable":true,"rollback":true}"#, says: "at least one alarm"),
            Mistake(members: #""alarms":{"alarmNames":["a","a"],"enable":true,"rollback":true}"#, says: "unique"),
            Mistake(members: #""bakeTimeInMinutes":1441"#, says: "between 0 and 1440"),
            Mistake(members: breaker("COUNT", 101)),
            Mistake(members: breaker("BOUNDED_PERCENT", 101), says: "at most 100 for percentages"),
            Mistake(members: breaker("COUNT", 0), says: "at least 1"),
            Mistake(members: hook(#""targetType":"PAUSE","lifecycleStages":["PRE_SCALE_UP"]"#)),
            Mistake(members: hook(#""targetType":"PAUSE","lifecycleStages":[]"#), says: "at least one"),
            Mistake(
                members: hook(#""targetType":"PAUSE","lifecycleStages":["TEST_TRAFFIC_SHIFT"]"#),
                says: "Invalid lifecycle stage provided for Pause Hook"),
            Mistake(
                members: hook(#""targetType":"PAUSE","roleArn":"\#(role)","lifecycleStages":["PRE_SCALE_UP"]"#),
                says: "no hookTargetArn and no roleArn"),
            Mistake(members: hook(#""lifecycleStages":["PRE_SCALE_UP"]"#), says: "a Lambda function"),
            Mistake(members: hook(#""targetType":"PAUSE","lifecycleStages":["PRE_SCALE_UP"]"#, count: 10)),
            Mistake(
                members: hook(#""targetType":"PAUSE","lifecycleStages":["PRE_SCALE_UP"]"#, count: 11),
                says: "at most 10 lifecycle hooks"),
            Mistake(
                members: hook(
                    #""hookTargetArn":"arn:aws:lambda:us-east-1:000000000000:function:f","lifecycleStages":["#
                        + #""TEST_TRAFFIC_SHIFT"]"#)),
            Mistake(members: #""strategy":"LINEAR","linearConfiguration":{"stepPercent":3.3}"#),
            Mistake(
                members: #""strategy":"LINEAR","linearConfiguration":{"stepPercent":2.9}"#, says: "between 3.0 and"),
            Mistake(
                members: #""strategy":"LINEAR","linearConfiguration":{"stepPercent":3.25}"#, says: "multiple of 0.1"),
            Mistake(members: #""strategy":"ROLLING","linearConfiguration":{}"#, says: "with the LINEAR strategy"),
            Mistake(members: #""strategy":"CANARY","canaryConfiguration":{"canaryPercent":0.1}"#),
            Mistake(
                members: #""strategy":"CANARY","canaryConfiguration":{"canaryPercent":0.0}"#, says: "between 0.1 and"),
            Mistake(members: #""strategy":"LINEAR","canaryConfiguration":{}"#, says: "with the CANARY strategy"),
            Mistake(members: early(100)),
            Mistake(members: early(49), says: "must not be less than minimumHealthyPercent"),
            Mistake(members: #""earlySuccessCriteria":{"enable":true}"#, says: "with the ROLLING strategy"),
            Mistake(
                members: #""strategy":"ROLLING","earlySuccessCriteria":{"enable":true}"#,
                says: "needs a healthyPercent"),
        ])
    func deployments(row: Mistake) {
        let configuration = ECS.DeploymentConfiguration.trusted(Array("{\(row.members)}".utf8))
        do throws(WireError) {
            try DeploymentRules.check(configuration)
            #expect(row.says == nil)
        } catch {
            #expect(error.message.contains(row.says ?? "no error"), "\(error.message)")
        }
    }

    private static func breaker(_ type: String, _ value: Int) -> String {
        #""deploymentCircuitBreaker":{"enable":true,"rollback":true,"thresholdConfiguration":{"type":"\#(type)","#
            + #""value":\#(value)}}"#
    }

    private static func hook(_ members: String, count: Int = 1) -> String {
        #""lifecycleHooks":[\#(Array(repeating: "{\(members)}", count: count).joined(separator: ","))]"#
    }

    private static func early(_ percent: Int) -> String {
        #""strategy":"ROLLING","minimumHealthyPercent":50,"earlySuccessCriteria":{"enable":true,"healthyPercent":"#
            + #"\#(percent),"sourceServiceRevisionCleanup":"DEFERRED"}"#
    }

    private static let group = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1"

    @Test("a strategy that shifts traffic needs more of the load balancers that are there, and takes it with it")
    func strategy() {
        let region = TestRegion()
        region.addTargetGroups()
        let balancer =
            #""targetGroupArn":"\#(DeploymentConfigurationTests.group)","containerName":"web","containerPort":80"#
        let advanced =
            #""advancedConfiguration":{"alternateTargetGroupArn":"\#(DeploymentConfigurationTests.group)2","#
            + #""productionListenerRule":"arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/net/web/1/2","#
            + #""roleArn":"arn:aws:iam::000000000000:role/r"}"#
        let blueGreen = #""deploymentConfiguration":{"strategy":"BLUE_GREEN"}"#
        region.createService(#""loadBalancers":[{\#(balancer)}]"#)
        let refused = region.call("UpdateService", #"{"service":"s",\#(blueGreen)}"#)
        #expect(refused.code == "ClientException")
        #expect(
            refused.message
                == "advancedConfiguration field is required for all loadBalancers when using the Blue/green "
                + "deployment strategy")
        let changed = region.call(
            "UpdateService", #"{"service":"s",\#(blueGreen),"loadBalancers":[{\#(balancer),\#(advanced)}]}"#)
        #expect(changed.status == 200, "\(changed.text)")
        let back = region.call("UpdateService", #"{"service":"s","deploymentConfiguration":{"strategy":"ROLLING"}}"#)
        #expect(back.code == "InvalidParameterException", "the deployment is under way")
        region.change { tx in
            for var deployment in tx.snapshot.list(ServiceDeploymentRecord.self) {
                deployment.status = .successful
                tx.put(deployment)
            }
        }
        let rolling = region.call("UpdateService", #"{"service":"s","deploymentConfiguration":{"strategy":"ROLLING"}}"#)
        #expect(rolling.status == 200, "\(rolling.text)")
    }
}
