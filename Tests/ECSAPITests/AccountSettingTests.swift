import APIPipeline
import AWSModels
import AWSWire
import State
import Testing

@testable import ECSAPI

/// Whose account settings count, and what they do.
@Suite("Account settings") struct AccountSettingTests {
    private static let realm = Realm(account: "000000000000", region: "us-east-1")
    private static let ann = Caller(
        arn: "arn:aws:iam::000000000000:user/team/ann", account: "000000000000", userID: "AIDA")
    private static let session = Caller(
        arn: "arn:aws:sts::000000000000:assumed-role/deploy/x", account: "000000000000", userID: "AROA:x")

    private func transaction(_ settings: [(principal: String, name: ECS.SettingName, value: String)]) -> Transaction {
        var transaction = Transaction(Snapshot(realm: AccountSettingTests.realm))
        for setting in settings {
            var record = AccountSettingRecord()
            (record.principal, record.name, record.value) = (setting.principal, setting.name.rawValue, setting.value)
            transaction.put(record)
        }
        return transaction
    }

    @Test("every setting has a value that it may have, and the long ARNs stay on", arguments: ECS.SettingName.allCases)
    func defaults(name: ECS.SettingName) {
        let setting = AccountSettings.effective(
            name, for: AccountSettingTests.ann.arn, in: Snapshot(realm: AccountSettingTests.realm))
        #expect(AccountSettings.values(of: name).contains(setting.value ?? ""))
        #expect(setting.principalArn == AccountSettingTests.realm.root)
        if name.rawValue.hasSuffix("LongArnFormat") {
            #expect(setting.value == "enabled")
            #expect(throws: WireError.self) { try AccountSettings.check(name, "disabled") }
        }
    }

    /// Source: Amazon ECS API Reference, PutAccountSetting (value).
    @Test(
        "a setting takes its own values, and no others",
        arguments: [
            ("containerInsights", ["enabled", "disabled", "enhanced"], ["on", "Enabled", ""]),
            ("serviceLongArnFormat", ["enabled"], ["disabled", "on"]),
            ("awsvpcTrunking", ["enabled", "disabled"], ["on"]),
            ("fargateFIPSMode", ["enabled", "disabled"], ["on"]),
            ("tagResourceAuthorization", ["on", "off"], ["enabled"]),
            ("fargateTaskRetirementWaitPeriod", ["0", "7", "14"], ["1", "07"]),
            ("defaultLogDriverMode", ["blocking", "non-blocking"], ["enabled"]),
        ])
    func values(name: String, good: [String], bad: [String]) {
        let region = TestRegion()
        for value in good {
            let answer = region.call("PutAccountSetting", #"{"name":"\#(name)","value":"\#(value)"}"#)
            #expect(answer.json["setting"]?["value"]?.stringValue == value, "\(answer.text)")
        }
        for value in bad {
            let answer = region.call("PutAccountSetting", #"{"name":"\#(name)","value":"\#(value)"}"#)
            #expect(answer.code == "InvalidParameterException", "\(value): \(answer.text)")
        }
        // The last good value is what counts.
        let shown = region.call("ListAccountSettings", #"{"name":"\#(name)"}"#).json["settings"]?.arrayValue
        #expect(shown?.first?["value"]?.stringValue == good.last)
    }

    @Test("a principal's own setting wins over the root user's, and that over the rest; a session has its role's")
    func whose() {
        let role = AccountSettingTests.realm.role("deploy")
        let root = Caller.root(AccountSettingTests.realm)
        let snapshot = transaction([
            (root.arn, .containerInsights, "enabled"), (role, .containerInsights, "enhanced"),
        ]).snapshot
        func value(_ caller: Caller) -> String { AccountSettings.value(.containerInsights, for: caller, in: snapshot) }
        #expect(value(AccountSettingTests.ann) == "enabled")
        #expect(value(AccountSettingTests.session) == "enhanced")
        #expect(value(root) == "enabled")
    }

    @Test("only the root user may name somebody else")
    func principals() throws {
        let realm = AccountSettingTests.realm
        let (root, ann) = (Caller.root(realm), AccountSettingTests.ann)
        #expect(try AccountSettings.principal(nil, ann, realm) == ann.arn)
        #expect(try AccountSettings.principal(ann.arn, ann, realm) == ann.arn)
        #expect(try AccountSettings.principal(ann.arn, root, realm) == ann.arn)
        #expect(throws: WireError.self) { try AccountSettings.principal(root.arn, ann, realm) }
        #expect(throws: WireError.self) { try AccountSettings.principal("ann", root, realm) }
    }

    @Test("creating with tags needs the permission to tag, unless the account says otherwise")
    func tagging() throws {
        let tags = [ECS.Tag(key: "a", value: "b")]
        let call = Call(caller: AccountSettingTests.ann, requestID: "", endpoint: "")
        func asked(_ tags: [ECS.Tag]?, _ tx: Transaction) throws -> [String] {
            try CreateCluster().access(ECS.CreateClusterRequest(clusterName: "web", tags: tags), call, tx)
                .map { "\($0.action) \($0.resource)" }
        }
        let tag = "ecs:TagResource arn:aws:ecs:us-east-1:000000000000:cluster/web"
        #expect(try asked(tags, transaction([])) == ["ecs:CreateCluster *", tag])
        #expect(try asked(nil, transaction([])) == ["ecs:CreateCluster *"])
        let off = transaction([(AccountSettingTests.realm.root, .tagResourceAuthorization, "off")])
        #expect(try asked(tags, off) == ["ecs:CreateCluster *"])
        let on = transaction([
            (AccountSettingTests.realm.root, .tagResourceAuthorization, "off"),
            (AccountSettingTests.ann.arn, .tagResourceAuthorization, "on"),
        ])
        #expect(try asked(tags, on) == ["ecs:CreateCluster *", tag])
    }
}
