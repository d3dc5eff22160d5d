import AWSModels
import AWSWire
import Testing

@Suite("Conditions and actions of rules")
struct RuleRulesTests {
    struct Row: Sendable {
        let conditions: JSONValue
        var code: String?

        init(_ conditions: JSONValue, _ code: String? = nil) {
            self.conditions = conditions
            self.code = code
        }
    }

    private static let long = JSONValue.string(String(repeating: "x", count: 129))
    private static let path: JSONValue = ["Field": "path-pattern", "Values": ["/a"]]

    @Test(
        "a condition is taken or refused",
        arguments: [
            Row([path]),
            Row([["Field": "path-pattern", "PathPatternConfig": ["Values": ["/a", "/b/*"]]]]),
            Row([["Field": "path-pattern", "PathPatternConfig": ["RegexValues": ["^/v[0-9]+/"]]]]),
            Row([["Field": "path-pattern", "RegexValues": ["/(a|b)"]]]),
            Row([["Field": "host-header", "Values": ["*.example.com"]]]),
            Row([["Field": "http-header", "HttpHeaderConfig": ["HttpHeaderName": "X-A", "Values": ["b c"]]]]),
            Row([["Field": "http-request-method", "HttpRequestMethodConfig": ["Values": ["GET", "X-Y_Z"]]]]),
            Row([
                [
                    "Field": "query-string",
                    "QueryStringConfig": ["Values": [["Key": "a", "Value": "b"], ["Value": "c"]]],
                ]
            ]),
            Row([["Field": "source-ip", "SourceIpConfig": ["Values": ["10.0.0.0/8", "2001:db8::/32"]]]]),
            Row([], "ValidationError"),
            Row([path, path], "ValidationError"),
            Row([["Field": "colour", "Values": ["red"]]], "ValidationError"),
            Row([["Values": ["red"]]], "ValidationError"),
            Row([["Field": "path-pattern"]], "ValidationError"),
            Row([["Field": "path-pattern", "Values": [""]]], "ValidationError"),
            Row([["Field": "path-pattern", "Values": [long]]], "ValidationError"),
            Row([["Field": "path-pattern", "Values": ["/a b"]]], "ValidationError"),
            Row([["Field": "path-pattern", "Values": ["/a\n"]]], "ValidationError"),
            Row([["Field": "path-pattern", "Values": ["/%[x]"]]], "ValidationError"),
            Row([["Field": "path-pattern", "Values": ["/a"], "RegexValues": ["b"]]], "ValidationError"),
            Row([["Field": "path-pattern", "RegexValues": ["("]]], "ValidationError"),
            Row(
                [["Field": "path-pattern", "RegexValues": ["((((((((((((((((((a))))))))))))))))))"]]], "ValidationError"
            ),
            Row([["Field": "path-pattern", "HostHeaderConfig": ["Values": ["a.b"]]]], "ValidationError"),
            Row([["Field": "host-header", "Values": ["a.b:80"]]], "ValidationError"),
            Row(
                [["Field": "http-header", "HttpHeaderConfig": ["HttpHeaderName": "Host", "Values": ["a"]]]],
                "ValidationError"),
            Row(
                [["Field": "http-header", "HttpHeaderConfig": ["HttpHeaderName": "X A", "Values": ["a"]]]],
                "ValidationError"),
            Row(
                [["Field": "http-header", "HttpHeaderConfig": ["HttpHeaderName": "X-A", "Values": ["a\r\nb"]]]],
                "ValidationError"),
            Row([["Field": "http-header", "HttpHeaderConfig": ["Values": ["a"]]]], "ValidationError"),
            Row([["Field": "http-request-method", "HttpRequestMethodConfig": ["Values": ["get"]]]], "ValidationError"),
            Row([["Field": "query-string", "QueryStringConfig": ["Values": [["Key": "a"]]]]], "ValidationError"),
            Row([["Field": "source-ip", "SourceIpConfig": ["Values": ["10.0.0.1"]]]], "ValidationError"),
            Row([["Field": "source-ip", "SourceIpConfig": ["Values": ["2001:db8:::/32"]]]], "ValidationError"),
            Row([["Field": "path-pattern", "Values": ["/1", "/2", "/3", "/4", "/5", "/6"]]], "ValidationError"),
            Row([["Field": "path-pattern", "Values": ["/*?*?", "/*?*?"]]], "ValidationError"),
        ])
    func conditions(row: Row) {
        let answer = BalancedRegion().createRule(row.conditions)
        #expect(answer.code == row.code, "\(answer.text)")
    }

    @Test(
        "a regular expression is taken or refused",
        arguments: [
            ("^/v[0-9]{1,3}/(?:a|b)+?$", true), ("\\.png$", true), ("[-a-z_.]", true), ("[^\\]\\d-]", true),
            ("a{0}", true),
            ("(a*)*", true), ("\\bx\\B", true), ("é+", true), ("[+--]", true),
            ("(", false), (")", false), ("a)", false), ("[", false), ("[]", false), ("[^]", false), ("[z-a]", false),
            ("[a-\\d]", false), ("[a-b-c]", false), ("[[:alpha:]]", false), ("[a&&b]", false), ("*a", false),
            ("a**", false),
            ("a{", false), ("a{,5}", false), ("a{2,1}", false), ("a{1001}", false), ("a{99999999999999999999}", false),
            ("^*", false), ("(?=a)", false), ("(?<n>a)", false), ("(?i)a", false), ("\\1", false), ("\\p{L}", false),
            ("\\Q", false), ("\\", false), ("a}", false), ("a]", false),
        ])
    func regularExpressions(pattern: String, isValid: Bool) {
        let answer = BalancedRegion().createRule([["Field": "path-pattern", "RegexValues": [.string(pattern)]]])
        #expect((answer.status == 200) == isValid, "\(answer.text)")
    }

    private static func redirect(_ members: JSONMember...) -> JSONValue {
        let status = JSONMember("StatusCode", "HTTP_302")
        return [["Type": "redirect", "RedirectConfig": .object([status] + members)]]
    }

    @Test(
        "an action is taken or refused",
        arguments: [
            Row(redirect(JSONMember("Protocol", "HTTPS"))),
            Row(redirect(JSONMember("Path", "/new/#{path}"), JSONMember("Query", "#{query}&a=#{host}"))),
            Row([["Type": "fixed-response", "FixedResponseConfig": ["StatusCode": "503", "ContentType": "text/html"]]]),
            Row([], "ValidationError"),
            Row([["Type": "forward"]], "ValidationError"),
            Row([["Type": "forward", "TargetGroupArn": "arn:aws:s3:::a"]], "ValidationError"),
            Row(
                [
                    [
                        "Type": "forward",
                        "TargetGroupArn":
                            "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/x/0123456789abcdef",
                    ]
                ], "TargetGroupNotFound"),
            Row([["Type": "sideways"]], "ValidationError"),
            Row(redirect(), "InvalidLoadBalancerAction"),
            Row(redirect(JSONMember("Protocol", "HTTP")), "InvalidLoadBalancerAction"),
            Row(redirect(JSONMember("Port", "0")), "ValidationError"),
            Row(redirect(JSONMember("Port", "65536")), "ValidationError"),
            Row(redirect(JSONMember("Path", "new")), "ValidationError"),
            Row(redirect(JSONMember("Path", "/#{query}")), "ValidationError"),
            Row(redirect(JSONMember("Host", "#{host")), "ValidationError"),
            Row(redirect(JSONMember("Host", "a\r\nb")), "ValidationError"),
            Row([["Type": "fixed-response"]], "ValidationError"),
            Row([["Type": "fixed-response", "FixedResponseConfig": ["StatusCode": "302"]]], "ValidationError"),
            Row(
                [
                    [
                        "Type": "fixed-response",
                        "FixedResponseConfig": ["StatusCode": "200", "ContentType": "image/png"],
                    ]
                ],
                "ValidationError"),
            Row([["Type": "authenticate-cognito"]], "InvalidConfigurationRequest"),
            Row([["Type": "redirect"], ["Type": "redirect"]], "ValidationError"),
        ])
    func actions(row: Row) {
        let answer = BalancedRegion().createRule([RuleRulesTests.path], actions: row.conditions)
        #expect(answer.code == row.code, "\(answer.text)")
    }

    @Test("weights and stickiness of a forward are checked")
    func forwards() {
        let region = BalancedRegion()
        func forward(_ weights: [JSONValue], _ stickiness: JSONValue = ["Enabled": false]) -> String? {
            let tuples = zip(region.groups, weights).map {
                JSONValue.object([
                    JSONMember("TargetGroupArn", $0), JSONMember("Weight", $1),
                ])
            }
            let config: JSONValue = ["TargetGroups": .array(tuples), "TargetGroupStickinessConfig": stickiness]
            let answer = region.createRule(
                [RuleRulesTests.path], actions: [["Type": "forward", "ForwardConfig": config]])
            return answer.code
        }
        #expect(forward([1_000, 0]) == "ValidationError")
        #expect(forward([-1]) == "ValidationError")
        #expect(forward([1], ["Enabled": true]) == "ValidationError")
        #expect(forward([1], ["Enabled": true, "DurationSeconds": 604_801]) == "ValidationError")
        #expect(forward([0, 999], ["Enabled": true, "DurationSeconds": 60]) == nil)
    }

    @Test("a listener has a hundred rules and no more, and a freed place can be taken")
    func quota() {
        let region = BalancedRegion()
        for priority in 1...100 {
            #expect(region.createRule([RuleRulesTests.path], priority: .int(Int64(priority))).status == 200)
        }
        #expect(region.createRule([RuleRulesTests.path], priority: 101).code == "TooManyRules")
        let rules = region.region.call(ELB.Operations.describeRules, ["ListenerArn": region.listener])
        let arns = rules.texts(of: "RuleArn")
        #expect(arns.count == 101)
        #expect(rules.texts(of: "Priority") == (1...100).map(String.init) + ["default"])
        #expect(region.region.call(ELB.Operations.deleteRule, ["RuleArn": .string(arns[50])]).status == 200)
        #expect(region.createRule([RuleRulesTests.path], priority: 101).status == 200)
    }

    @Test("rules may change places")
    func priorities() {
        let region = BalancedRegion()
        let arns = [5, 6].map { priority in
            region.createRule([RuleRulesTests.path], priority: .int(priority)).texts(of: "RuleArn")[0]
        }
        let swapped: JSONValue = [
            ["RuleArn": .string(arns[0]), "Priority": 6], ["RuleArn": .string(arns[1]), "Priority": 5],
        ]
        let answer = region.region.call(ELB.Operations.setRulePriorities, ["RulePriorities": swapped])
        #expect(answer.status == 200, "\(answer.text)")
        let rules = region.region.call(ELB.Operations.describeRules, ["ListenerArn": region.listener])
        #expect(Array(rules.texts(of: "RuleArn").prefix(2)) == [arns[1], arns[0]])
    }

    @Test("a rule keeps what a change does not name, and transforms can be taken away")
    func transforms() {
        let region = BalancedRegion()
        let arn = JSONValue.string(region.createRule([RuleRulesTests.path]).texts(of: "RuleArn")[0])
        func modify(_ members: (String, JSONValue)...) -> Answer {
            region.region.call(
                ELB.Operations.modifyRule,
                .object([JSONMember("RuleArn", arn)] + members.map { JSONMember($0.0, $0.1) }))
        }
        let rewrite: JSONValue = [["Regex": "^/a/(.*)$", "Replace": "/b/$1"]]
        let url: JSONValue = ["Type": "url-rewrite", "UrlRewriteConfig": ["Rewrites": rewrite]]
        let host: JSONValue = ["Type": "host-header-rewrite", "HostHeaderRewriteConfig": ["Rewrites": rewrite]]
        #expect(modify(("Transforms", [url, host])).texts(of: "Regex").count == 2)
        #expect(modify(("Transforms", [url, url])).code == "ValidationError")
        #expect(modify(("Transforms", [["Type": "url-rewrite"]])).code == "ValidationError")
        #expect(modify(("Transforms", [url]), ("ResetTransforms", true)).code == "ValidationError")
        let reset = modify(("ResetTransforms", true))
        #expect(reset.texts(of: "Regex").isEmpty && reset.text.contains("<member>/a</member>"))
    }
}
