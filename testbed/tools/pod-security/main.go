// Holds pods against Kubernetes' Pod Security Standards with the code that the API server itself runs.
//
// It reads a JSON list of {"name", "level", "pod": {"metadata", "spec"}} and writes a JSON list of {"name", "findings"}:
// what a namespace that enforces the level would say as it refuses the pod; none where it lets it in.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type question struct {
	Name  string `json:"name"`
	Level string `json:"level"`
	Pod   struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     corev1.PodSpec    `json:"spec"`
	} `json:"pod"`
}

type answer struct {
	Name     string   `json:"name"`
	Findings []string `json:"findings"`
}

func main() {
	if err := judge(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func judge() error {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		return err
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	answers := []answer{}
	for _, asked := range questions {
		level, err := api.ParseLevel(asked.Level)
		if err != nil {
			return fmt.Errorf("%s: %w", asked.Name, err)
		}
		at := api.LevelVersion{Level: level, Version: api.LatestVersion()}
		findings := []string{}
		for _, result := range evaluator.EvaluatePod(at, &asked.Pod.Metadata, &asked.Pod.Spec) {
			if !result.Allowed {
				findings = append(findings, result.ForbiddenReason+": "+result.ForbiddenDetail)
			}
		}
		answers = append(answers, answer{Name: asked.Name, Findings: findings})
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}
