import AWSWire
import Control
import State
import Testing

@testable import Simulation

/// The language of scenarios, and that they do not pass by themselves.
@Suite("The language of scenarios") struct ScenarioLanguageTests {
    private static let start = """
        instance a1 in us-east-1a
        aws ecs register-task-definition --family web \\
            --container-definitions '[{"name":"app","image":"busybox","memory":64}]'
        aws ecs create-service --service-name web --task-definition web --desired-count 2

        """

    @Test(
        "a command of the CLI is an operation and its input",
        arguments: [
            (
                "create-service --service-name web --desired-count 2 --enable-execute-command",
                #"{"serviceName":"web","desiredCount":2,"enableExecuteCommand":true}"#
            ),
            (
                "create-service --deployment-configuration maximumPercent=200,alarms={alarmNames=[a,b],enable=true}",
                #"{"deploymentConfiguration":{"maximumPercent":200,"alarms":{"alarmNames":["a","b"],"enable":true}}}"#
            ),
            (
                "run-task --placement-strategy type=spread,field=instanceId type=random --tags key=a,value=1",
                #"{"placementStrategy":[{"type":"spread","field":"instanceId"},{"type":"random"}],"#
                    + #""tags":[{"key":"a","value":"1"}]}"#
            ),
            (
                #"run-task --placement-constraints '[{"type":"distinctInstance"}]' --count 3"#,
                #"{"placementConstraints":[{"type":"distinctInstance"}],"count":3}"#
            ),
            ("update-service --no-force-new-deployment", #"{"forceNewDeployment":false}"#),
            ("describe-tasks --tasks a b", #"{"tasks":["a","b"]}"#),
        ])
    func commands(line: String, input: String) throws {
        let command = try CommandLine(CommandLine.words(line)[...])
        #expect(String(decoding: command.input.encode(), as: UTF8.self) == input)
    }

    @Test(
        "what cannot be read names its line",
        arguments: [
            ("aws ecs frobnicate --all", "there is no command frobnicate"),
            ("aws ecs run-task --count many", "many is not what"),
            ("aws ecs run-task --colour red", "RunTask has no --colour"),
            ("aws ecs run-task --overrides {nonsense", "this is no JSON"),
            ("wait a while", "nobody knows"), ("a9 loses its agent", "there is no instance a9"),
            ("task 9 exits with 1", "there is no task 9"), ("until task 1 is DONE", "did not come true"),
        ])
    func mistakes(line: String, problem: String) throws {
        let run = ScenarioRun(try Scenario(ScenarioLanguageTests.start + line))
        let error = #expect(throws: ScenarioError.self) { try run.history() }
        #expect(error?.line == 5)
        #expect(error?.problem.contains(problem) ?? false, "\(error?.problem ?? "")")
        #expect(throws: ScenarioError.self) { try Scenario("aws ecs run-task --group 'open") }
    }

    @Test("a second run is the same")
    func repeats() throws {
        let scenario = try Scenario(ScenarioLanguageTests.start + "until service web is steady")
        let first = try ScenarioRun(scenario).history()
        #expect(try ScenarioRun(scenario).history() == first)
        #expect(first.contains { $0.hasSuffix("tasks 1, 2 RUNNING") })
    }

    @Test("a broken invariant ends a scenario")
    func broken() throws {
        let run = ScenarioRun(
            try Scenario(ScenarioLanguageTests.start + "wait 60 s"), controllers: [Tripling(), RetentionController()])
        let error = #expect(throws: ScenarioError.self) { try run.history() }
        #expect(error?.problem.hasPrefix("a service stays within its percentages") ?? false)
    }
}
